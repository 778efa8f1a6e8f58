//go:build !linux

package control

import "net"

// isOurs relies on the folder's mode: this system does not say who came.
func isOurs(net.Conn) error { return nil }
