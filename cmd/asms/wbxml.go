package main

import (
	"bufio"
	"fmt"
	"io"
	"os"

	"asms/wbxml"
)

type wbxmlCmd struct {
	Decode wbxmlDecodeCmd `cmd:"" help:"Print a WBXML document as XML."`
	Encode wbxmlEncodeCmd `cmd:"" help:"Turn such XML into WBXML."`
}

// fileArg is a file, or standard input.
type fileArg struct {
	File string `arg:"" optional:"" help:"The file to read; standard input without it."`
}

func (a fileArg) open(t *terminal) (io.ReadCloser, error) {
	if a.File == "" || a.File == "-" {
		return io.NopCloser(t.in), nil
	}
	return os.Open(a.File)
}

type wbxmlDecodeCmd struct{ fileArg }

func (c *wbxmlDecodeCmd) Run(t *terminal) error {
	f, err := c.open(t)
	if err != nil {
		return err
	}
	defer f.Close()
	data, err := io.ReadAll(f)
	if err != nil {
		return fmt.Errorf("read: %w", err)
	}
	w := bufio.NewWriter(t.out)
	if err := wbxml.ToXML(w, data); err != nil {
		return err
	}
	return w.Flush()
}

type wbxmlEncodeCmd struct{ fileArg }

func (c *wbxmlEncodeCmd) Run(t *terminal) error {
	f, err := c.open(t)
	if err != nil {
		return err
	}
	defer f.Close()
	data, err := wbxml.FromXML(bufio.NewReader(f))
	if err != nil {
		return err
	}
	_, err = t.out.Write(data)
	return err
}
