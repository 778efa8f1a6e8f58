package pgread

import (
	"errors"
	"os"
	"os/user"
	"path/filepath"

	"github.com/jackc/pgservicefile"
)

// variables are libpq's variables of the environment, by the key of a connection string that each stands in for.
func variables() map[string]string {
	return map[string]string{
		"host": "PGHOST", "port": "PGPORT", "dbname": "PGDATABASE", "user": "PGUSER", "password": "PGPASSWORD", "passfile": "PGPASSFILE",
		"sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT", "sslcert": "PGSSLCERT", "sslkey": "PGSSLKEY", "connect_timeout": "PGCONNECT_TIMEOUT",
	}
}

// ResolveDSN reads a connection string as psql does: what it leaves open is taken from the service that it or PGSERVICE
// names, then from the environment, and a password from ~/.pgpass. The connection string wins. written tells that the
// password stands in the string itself, where other users of the computer can see it.
func ResolveDSN(dsn string, env func(string) (string, bool)) (config Config, written bool, err error) {
	values, err := valuesOf(dsn)
	if err == nil {
		written = values["password"] != ""
		err = complete(values, env)
	}
	if err == nil {
		config, err = fromValues(values)
	}
	if err != nil {
		return Config{}, false, &Error{Kind: Misconfigured, Words: err.Error()}
	}
	return config, written, nil
}

// complete adds what the connection string leaves open.
func complete(values map[string]string, env func(string) (string, bool)) error {
	set := func(key, value string) {
		if values[key] == "" && value != "" {
			values[key] = value
		}
	}
	for alias, key := range map[string]string{"database": "dbname", "hostaddr": "host"} {
		set(key, values[alias])
		delete(values, alias)
	}
	variable := func(name string) string {
		value, _ := env(name)
		return value
	}
	home := variable("HOME")
	set("service", variable("PGSERVICE"))
	if name := values["service"]; name != "" {
		found, err := service(name, variable("PGSERVICEFILE"), home)
		if err != nil {
			return err
		}
		for key, value := range found {
			set(key, value)
		}
	}
	delete(values, "service")
	for key, name := range variables() {
		set(key, variable(name))
	}
	if pgpass := filepath.Join(home, ".pgpass"); home != "" && values["passfile"] == "" {
		if _, err := os.Stat(pgpass); err == nil {
			values["passfile"] = pgpass
		}
	}
	if account, err := user.Current(); err == nil {
		set("user", account.Username)
	}
	return nil
}

// service finds the settings of a service. Errors quote nothing of the file, which may hold passwords.
func service(name, file, home string) (map[string]string, error) {
	if file == "" {
		file = filepath.Join(home, ".pg_service.conf")
	}
	services, err := pgservicefile.ReadServicefile(file)
	if err != nil {
		return nil, errors.New("the connection string or PGSERVICE names a service, and the service file (PGSERVICEFILE, ~/.pg_service.conf) cannot be read")
	}
	found, err := services.GetService(name)
	if err != nil {
		return nil, errors.New("the service file does not have the service that the connection string or PGSERVICE names")
	}
	return found.Settings, nil
}
