package app

import (
	"path/filepath"

	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/internal/config"
	"github.com/catalogizer/catalogizerd/internal/logs"
	"github.com/catalogizer/catalogizerd/internal/media/thumbnail"
)

// thumbnailDir holds small pictures that are kept, in the data directory; it may be removed at any time.
const thumbnailDir = "thumbnails"

// newThumbnails makes what makes thumbnails. Where they cannot be kept they are made again each time: nothing else
// depends on them.
func newThumbnails(cfg *config.Config, log *zap.Logger) *thumbnail.Maker {
	log = logs.Sparing(log.Named("thumbnails"))
	cache, err := thumbnail.OpenCache(filepath.Join(cfg.DataDir, thumbnailDir), int64(cfg.Thumbnails.CacheSize), log)
	if err != nil {
		log.Warn("thumbnails are not kept", zap.Error(err))
		cache = thumbnail.NoCache()
	}
	return thumbnail.NewMaker(cache, cfg.Thumbnails.Workers, func() { lowerPriority(log) }, log)
}
