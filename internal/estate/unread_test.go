package estate_test

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
)

// TestUnread: no section of an unread asset is left without a coverage, also one added later.
func TestUnread(t *testing.T) {
	t.Parallel()
	c := estate.Collection{Coverage: estate.Failed}
	for _, asset := range []any{estate.UnreadHost("a", estate.Production, c), estate.UnreadPostgres("a", estate.Production, c), estate.UnreadOdoo("a", estate.Production, c),
		estate.UnreadCluster("a", estate.Target, c)} {
		v := reflect.ValueOf(asset)
		for i := range v.NumField() {
			field := v.Type().Field(i)
			if coverage := v.Field(i); coverage.Kind() == reflect.Struct && field.Name != "Collected" {
				require.Equal(t, estate.NotAsked, coverage.FieldByName("Coverage").Interface(), field.Name)
			}
		}
	}
}
