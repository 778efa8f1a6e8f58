package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"time"

	"nightferry/internal/engagement"
	"nightferry/internal/outcome"
)

// desk is an open engagement: its folder and what engagement.yaml says.
type desk struct {
	*engagement.Folder
	e    *engagement.Engagement
	lock *engagement.Lock
}

// open opens the engagement in the folder that -C names, for reading.
func (a *app) open() (*desk, error) {
	folder, err := engagement.Open(a.dir)
	if err != nil {
		return nil, outcome.Misused(err)
	}
	e, err := folder.Engagement(a.env)
	if err != nil {
		return nil, outcome.Misused(errors.Join(err, folder.Close()))
	}
	return &desk{Folder: folder, e: e}, nil
}

// openToWrite also takes the folder for this process alone.
func (a *app) openToWrite(stage string) (*desk, error) {
	d, err := a.open()
	if err != nil {
		return nil, err
	}
	holder := fmt.Sprintf("%s, process %d, since %s", stage, os.Getpid(), a.now().Format(time.TimeOnly))
	if d.lock, err = d.Lock(holder); err != nil {
		return nil, errors.Join(err, d.Folder.Close())
	}
	return d, nil
}

// Close gives the engagement back.
func (d *desk) Close() error {
	var err error
	if d.lock != nil {
		err = d.lock.Release()
	}
	return errors.Join(err, d.Folder.Close())
}

// unclassified explains that a file is missing because nobody has classified yet.
func unclassified(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return outcome.Mend(err, "run first: nightferry classify")
	}
	return err
}

// who is the person at this computer, as access logs and journals name them.
func who() string {
	name := "unknown"
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	if host, err := os.Hostname(); err == nil {
		name += "@" + host
	}
	return name
}

// Keep saves what a step of a run found, beside the run's journal; it is the actions' Shelf.
func (d *desk) Keep(run, name string, found any) (path, sha256 string, err error) {
	path = engagement.JournalDir + "/" + run + ".evidence/" + name
	if err := d.WriteJSON(path, found); err != nil {
		return "", "", err
	}
	text, err := d.Read(path)
	return path, hashOf(text), err
}

func hashOf(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
