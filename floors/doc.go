// Package floors holds the floor plan: which package may import which. Every
// import points down. The plan is checked by this package's test and explained
// in docs/architecture.md.
package floors
