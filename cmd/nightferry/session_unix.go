//go:build unix

package main

import "syscall"

// ownSession starts a process without this terminal, so that closing it sends no signal there.
func ownSession() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }
