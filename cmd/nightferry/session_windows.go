package main

import (
	"syscall"

	"golang.org/x/sys/windows"
)

// ownSession starts a process without this terminal, so that closing it sends no signal there.
func ownSession() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: windows.CREATE_NEW_PROCESS_GROUP | windows.DETACHED_PROCESS, HideWindow: true}
}
