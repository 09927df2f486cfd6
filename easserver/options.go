package easserver

import "asms/eas"

// options answers HTTP OPTIONS: the versions and commands that work.
//
// [MS-ASHTTP] 3.2.5.2 HTTP OPTIONS Command
func (s *Server) options(r *request) { s.offer.SetHeader(r.header) }

// offered lists the commands that have a handler, in the order of their codes.
func offered() []eas.Command {
	var list []eas.Command
	for code := range byte(64) {
		if c, ok := eas.CommandByCode(code); ok && handle(c) != nil {
			list = append(list, c)
		}
	}
	return list
}
