package pgread

import (
	"context"
	"errors"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgpassfile"
)

// ParseDSN reads a connection string: a postgres:// URL or libpq's keyword=value form. Unlike libpq it takes
// nothing from the environment and opens ~/.pgpass only where passfile= names it; see [ResolveDSN]. An error never quotes the
// string, which may hold a password, nor a key of it, which may be a piece of one.
func ParseDSN(dsn string) (Config, error) {
	values, err := valuesOf(dsn)
	if err != nil {
		return Config{}, &Error{Kind: Misconfigured, Words: err.Error()}
	}
	cfg, err := fromValues(values)
	if err != nil {
		return Config{}, &Error{Kind: Misconfigured, Words: err.Error()}
	}
	return cfg, nil
}

func valuesOf(dsn string) (map[string]string, error) {
	if strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://") {
		return urlValues(dsn)
	}
	return keywordValues(dsn)
}

func fromValues(values map[string]string) (Config, error) {
	var cfg Config
	var password, passfile string
	for key, value := range values {
		switch key {
		case "host", "hostaddr":
			cfg.Host = value
		case "port":
			port, err := strconv.Atoi(value)
			if err != nil || port < 1 || port > 65535 {
				return cfg, errors.New("the port of the connection string is no number from 1 to 65535")
			}
			cfg.Port = port
		case "dbname", "database":
			cfg.Database = value
		case "user":
			cfg.User = value
		case "password":
			password = value
		case "passfile":
			passfile = value
		case "sslmode":
			cfg.TLS.Mode = value
		case "sslrootcert":
			cfg.TLS.RootCert = value
		case "sslcert":
			cfg.TLS.Cert = value
		case "sslkey":
			cfg.TLS.Key = value
		case "connect_timeout":
			seconds, err := strconv.Atoi(value)
			if err != nil || seconds < 0 || seconds > 3600 {
				return cfg, errors.New("connect_timeout of the connection string is no number of seconds")
			}
			cfg.Limits.Connect = time.Duration(seconds) * time.Second
		default:
			return cfg, errors.New("the connection string has a key that is not one of host, port, dbname, user, password, passfile, sslmode, sslrootcert, sslcert, sslkey, connect_timeout")
		}
	}
	switch {
	case cfg.User == "":
		return cfg, errors.New("the connection string names no user")
	case strings.Contains(cfg.Host, ","):
		return cfg, errors.New("the connection string names several hosts: name one")
	}
	cfg.Host = or(cfg.Host, "/var/run/postgresql")
	cfg.Database = or(cfg.Database, cfg.User)
	cfg.Password = passwordOf(cfg, password, passfile)
	return cfg, nil
}

// passwordOf keeps the secret in a function, so that printing a Config cannot show it.
func passwordOf(cfg Config, password, passfile string) func(context.Context) (string, error) {
	switch {
	case password != "":
		return func(context.Context) (string, error) { return password, nil }
	case passfile != "":
		return func(context.Context) (string, error) {
			if _, err := os.Stat(passfile); err != nil {
				return "", errors.New("the passfile cannot be read")
			}
			file, err := pgpassfile.ReadPassfile(passfile)
			if err != nil {
				return "", errors.New("the passfile cannot be read")
			}
			host := cfg.Host
			if strings.HasPrefix(host, "/") {
				host = "localhost" // as libpq looks it up
			}
			return file.FindPassword(host, strconv.Itoa(or(cfg.Port, 5432)), cfg.Database, cfg.User), nil
		}
	}
	return nil
}

var errBrokenURL = errors.New("the connection string is no valid postgres:// URL (are special characters of the password percent-encoded?)")

func urlValues(dsn string) (map[string]string, error) {
	u, err := url.Parse(dsn)
	if err != nil || u.Fragment != "" {
		return nil, errBrokenURL
	}
	values := map[string]string{}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return nil, errBrokenURL
	}
	for key, all := range query {
		values[key] = all[len(all)-1]
	}
	set := func(key, value string) {
		if value != "" {
			values[key] = value
		}
	}
	set("host", u.Hostname())
	set("port", u.Port())
	set("dbname", strings.TrimPrefix(u.Path, "/"))
	if u.User != nil {
		set("user", u.User.Username())
		password, _ := u.User.Password()
		set("password", password)
	}
	return values, nil
}

var errBrokenKeywords = errors.New("the connection string is not of the form key=value key='value with spaces'")

// keywordValues reads key=value pairs as libpq does: values in single quotes may hold spaces, a backslash
// takes the next byte as it is.
func keywordValues(dsn string) (map[string]string, error) {
	values := map[string]string{}
	rest := strings.TrimLeft(dsn, " \t\r\n")
	for rest != "" {
		key, after, found := strings.Cut(rest, "=")
		key = strings.TrimRight(key, " \t\r\n")
		if !found || key == "" || strings.ContainsAny(key, " \t\r\n'\\") {
			return nil, errBrokenKeywords
		}
		value, left, ok := keywordValue(strings.TrimLeft(after, " \t\r\n"))
		if !ok {
			return nil, errBrokenKeywords
		}
		values[key] = value
		rest = strings.TrimLeft(left, " \t\r\n")
	}
	return values, nil
}

func keywordValue(text string) (value, rest string, ok bool) {
	quoted := strings.HasPrefix(text, "'")
	text = strings.TrimPrefix(text, "'")
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == 0:
			return "", "", false
		case c == '\\' && i+1 < len(text):
			i++
			out.WriteByte(text[i])
		case quoted && c == '\'':
			return out.String(), text[i+1:], true
		case !quoted && strings.IndexByte(" \t\r\n", c) >= 0:
			return out.String(), text[i:], true
		default:
			out.WriteByte(c)
		}
	}
	return out.String(), "", !quoted
}
