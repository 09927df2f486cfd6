package atmodem

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
)

func TestRemedies(t *testing.T) {
	t.Parallel()
	for err, want := range map[error]string{
		os.ErrPermission: "group dialout", syscall.EACCES: "group dialout", syscall.EBUSY: "ModemManager",
		os.ErrNotExist: "no such device", syscall.ENOTTY: "no serial line",
	} {
		failed := &DialError{"/dev/ttyUSB2", err, remedyOf(fmt.Errorf("open: %w", err))}
		if !strings.Contains(failed.Error(), want) || !strings.Contains(failed.Error(), "/dev/ttyUSB2") {
			t.Errorf("%v: %s", err, failed)
		}
	}
	if got := remedyOf(syscall.EIO); got != "" {
		t.Errorf("a remedy for what has none: %s", got)
	}
}
