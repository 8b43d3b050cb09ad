-- The orders of items. Those that only some items have hold only these.
CREATE INDEX items_title ON items (title, id) WHERE NOT gone;
CREATE INDEX items_added ON items (added, id) WHERE NOT gone;
CREATE INDEX items_modified ON items (modified, id) WHERE NOT gone;
CREATE INDEX items_size ON items (size, id) WHERE NOT gone;
CREATE INDEX items_year ON items (year, id) WHERE NOT gone;
CREATE INDEX items_duration ON items (duration, id) WHERE NOT gone;
CREATE INDEX items_taken ON items (taken, id) WHERE NOT gone AND taken IS NOT NULL;
CREATE INDEX items_track ON items (track, id) WHERE NOT gone AND track IS NOT NULL;
CREATE INDEX items_episode ON items (episode, id) WHERE NOT gone AND episode IS NOT NULL;
