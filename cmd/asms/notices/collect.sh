#!/bin/sh
# Collects the licenses of asms, of Go, of every module linked into the binary
# and of what the web app is built from, which must be there (make app). Run it after a change of dependencies; a test says when it is due.
set -eu
cd "$(dirname "$0")"
rm -f ./*.txt

# notice MODULE DIRECTORY
notice() {
	out=$(printf %s "$1" | tr / _).txt
	for f in "$2"/*; do
		case $(basename "$f" | tr '[:lower:]' '[:upper:]') in
		*LICENSE* | *LICENCE* | COPYING* | NOTICE* | PATENTS*) ;;
		*) continue ;;
		esac
		[ -f "$f" ] || continue
		[ ! -e "$out" ] || printf '\n' >>"$out"
		cat "$f" >>"$out"
	done
	[ -s "$out" ] || { echo "$1 has no license file" >&2; exit 1; }
}

notice asms ../../..
notice go "$(go env GOROOT)"
go list -deps -f '{{with .Module}}{{if not .Main}}{{.Path}} {{.Dir}}{{end}}{{end}}' .. | sort -u |
	while read -r module dir; do notice "$module" "$dir"; done
for package in svelte clsx esm-env; do
	notice "npm/$package" "../../../web/app/node_modules/$package"
done
