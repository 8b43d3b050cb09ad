package inotify

import (
	"reflect"
	"unsafe"

	"github.com/fsnotify/fsnotify"
)

// closedWriting is fsnotify's own operation for IN_CLOSE_WRITE, which it does not export: a file that is written
// through a memory map (as torrent clients do) changes without an event, until it is closed. See inotify(7),
// "Limitations and caveats".
const closedWriting = fsnotify.Chmod << 3

// allChanges is the option of a watch that has that operation beside those that every watch has.
// TestEveryKindOfChangeIsHinted finds out whether another version of fsnotify still understands it; where it does not,
// the option says nothing.
var allChanges = optionOf(fsnotify.WithBufferSize,
	fsnotify.Create|fsnotify.Write|fsnotify.Remove|fsnotify.Rename|fsnotify.Chmod|closedWriting)

// optionOf makes an option of fsnotify's unexported type for its unexported field.
func optionOf[T any](like func(int) T, op fsnotify.Op) T {
	option := reflect.MakeFunc(reflect.TypeFor[T](), func(args []reflect.Value) []reflect.Value {
		if f := args[0].Elem().FieldByName("op"); f.IsValid() && f.Type() == reflect.TypeFor[fsnotify.Op]() {
			*(*fsnotify.Op)(unsafe.Pointer(f.UnsafeAddr())) = op //nolint:gosec // see above
		}
		return nil
	})
	made, ok := option.Interface().(T)
	if !ok {
		return like(0)
	}
	return made
}
