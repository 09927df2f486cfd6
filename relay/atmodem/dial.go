package atmodem

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"go.bug.st/serial"
)

// DialError says why a device can't be opened, and what to do about it.
type DialError struct {
	Device string
	Err    error
	Remedy string // a sentence for people, empty when none is known
}

// Error tells all three.
func (e *DialError) Error() string {
	text := fmt.Sprintf("atmodem: dial %s: %v", e.Device, e.Err)
	if e.Remedy != "" {
		text += ": " + e.Remedy
	}
	return text
}

// Unwrap is the cause.
func (e *DialError) Unwrap() error { return e.Err }

// Dial opens a device: "tcp:HOST:PORT", or the path of a serial line such as
// "/dev/serial/by-id/usb-…-if02" or "/dev/ttyUSB2", at 115200 bit/s, 8N1. The
// error is a *DialError when there is no line to a modem, else that of Open.
func Dial(ctx context.Context, device string, opts *Options) (*Modem, error) {
	rw, err := openDevice(ctx, device)
	if err != nil {
		return nil, err
	}
	return Open(ctx, rw, opts)
}

func openDevice(ctx context.Context, device string) (io.ReadWriteCloser, error) {
	if address, ok := strings.CutPrefix(device, "tcp:"); ok {
		var d net.Dialer
		c, err := d.DialContext(ctx, "tcp", address)
		switch {
		case errors.Is(err, syscall.ECONNREFUSED):
			return nil, &DialError{device, err, "nothing listens there; is the modem's gateway running, and the port right?"}
		case err != nil:
			return nil, &DialError{device, err, ""}
		}
		return c, nil
	}
	port, err := serial.Open(device, &serial.Mode{BaudRate: 115200})
	if err != nil {
		return nil, &DialError{device, err, remedyOf(err)}
	}
	_ = port.SetDTR(true) // a pty has no modem lines and says ENOTTY
	_ = port.SetRTS(true)
	return port, nil
}

// remedyOf tells what to do when a serial line doesn't open.
func remedyOf(err error) string {
	code := serial.PortErrorCode(-1)
	var failed *serial.PortError
	if errors.As(err, &failed) {
		code = failed.Code()
	}
	switch {
	case code == serial.PortNotFound, errors.Is(err, os.ErrNotExist):
		if there := serialLines(); len(there) > 0 {
			return "no such device; there are " + strings.Join(there, ", ")
		}
		return "no such device, nor any other serial one; is the modem plugged in?"
	case code == serial.PermissionDenied, errors.Is(err, os.ErrPermission):
		return "no permission; add the user to the group dialout (sudo usermod -aG dialout USER) and log in again"
	case code == serial.PortBusy, errors.Is(err, syscall.EBUSY):
		return "another program uses it; ModemManager is a usual one (sudo systemctl stop ModemManager)"
	case code == serial.InvalidSerialPort, errors.Is(err, syscall.ENOTTY):
		return "that is no serial line"
	}
	return ""
}

// serialLines are the devices that may be modems: by their lasting names, or
// without such by the names that change with every plug. At most eight.
func serialLines() []string {
	for _, patterns := range [][]string{{"/dev/serial/by-id/*"}, {"/dev/ttyUSB*", "/dev/ttyACM*"}} {
		var list []string
		for _, pattern := range patterns {
			found, _ := filepath.Glob(pattern) // the pattern is well-formed
			list = append(list, found...)
		}
		if len(list) > 0 {
			slices.Sort(list)
			return list[:min(8, len(list))]
		}
	}
	return nil
}

// lastingName is the name by which the device is found again after it was
// plugged elsewhere, empty when it has none.
func lastingName(device string) string {
	target, err := filepath.EvalSymlinks(device)
	if err != nil {
		return ""
	}
	names, _ := filepath.Glob("/dev/serial/by-id/*")
	for _, name := range names {
		if at, err := filepath.EvalSymlinks(name); err == nil && at == target && name != device {
			return name
		}
	}
	return ""
}
