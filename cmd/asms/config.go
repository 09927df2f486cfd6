package main

import (
	"fmt"
	"os"
	"sort"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/alecthomas/kong"
)

// configFile is the name of a TOML file with one line for each flag, such as
//
//	data = "/var/lib/asms"
//	behind-proxy = true
//
// Flags on the command line count most, then the environment, then the file.
type configFile string

// BeforeResolve makes the parser ask the file for flags that are not given.
func (c configFile) BeforeResolve(ctx *kong.Context, at *kong.Path) error {
	name := string(c)
	if v, ok := ctx.FlagValue(at.Flag).(configFile); ok {
		name = string(v) // the field itself is filled later
	}
	file, err := readConfig(name)
	if err != nil {
		return err
	}
	ctx.AddResolver(file)
	return nil
}

// config is what a configuration file says. It is a kong.Resolver.
type config struct {
	name   string
	values map[string]any
}

func readConfig(name string) (*config, error) {
	c := &config{name: name}
	if _, err := toml.DecodeFile(name, &c.values); err != nil {
		if parse, ok := err.(toml.ParseError); ok {
			return nil, fmt.Errorf("%s, line %d: %s", name, parse.Position.Line, parse.Message)
		}
		return nil, fmt.Errorf("the configuration file: %w", err)
	}
	return c, nil
}

// Validate refuses keys that are no flag of any command: one file serves all.
func (c *config) Validate(app *kong.Application) error {
	keys := make([]string, 0, len(c.values))
	for key := range c.values {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	flags := make(map[string]bool)
	configurable(app.Node, flags)
	for _, key := range keys {
		if !flags[key] {
			return fmt.Errorf("%s: unknown key %q", c.name, key)
		}
		if _, err := c.text(key); err != nil {
			return err
		}
	}
	return nil
}

// configurable collects the flags that may stand in a file: those that may stand
// in the environment, without the name of the file itself.
func configurable(n *kong.Node, into map[string]bool) {
	for _, f := range n.Flags {
		if len(f.Envs) > 0 && f.Name != "config" {
			into[f.Name] = true
		}
	}
	for _, child := range n.Children {
		configurable(child, into)
	}
}

// Resolve returns the file's value of a flag, or nil.
func (c *config) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	if _, ok := c.values[flag.Name]; !ok || len(flag.Envs) == 0 {
		return nil, nil
	}
	for _, env := range flag.Envs {
		if _, ok := os.LookupEnv(env); ok {
			return nil, nil
		}
	}
	return c.text(flag.Name)
}

// text returns a value as it would stand on the command line.
func (c *config) text(key string) (string, error) {
	switch v := c.values[key].(type) {
	case string:
		return v, nil
	case bool:
		return strconv.FormatBool(v), nil
	case int64:
		return strconv.FormatInt(v, 10), nil
	case []any:
		var all []string
		for _, e := range v {
			s, ok := e.(string)
			if !ok || strings.Contains(s, ",") {
				return "", fmt.Errorf("%s: the list %q holds something else than plain strings", c.name, key)
			}
			all = append(all, s)
		}
		return strings.Join(all, ","), nil
	}
	return "", fmt.Errorf("%s: the value of %q is neither a string nor a number nor true or false", c.name, key)
}
