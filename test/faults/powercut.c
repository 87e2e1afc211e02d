/*
 * A SQLite VFS that pulls the plug. Loaded as an extension, it becomes the default VFS of the process and passes everything on to the
 * system's own, but remembers what has been written and not yet synced:
 *
 *   write, truncate ──▶ the real file, and a log of what was there before
 *   sync            ──▶ the real file; the log of that file is forgotten
 *   the Nth of them ──▶ every logged change is taken back, a seeded part of them is put on again (whole, or by 512-byte sectors,
 *                       or none), files that were never synced may be gone, and the process ends with 137
 *
 * POWERCUT_AT: which I/O is the last one (0: never). POWERCUT_SEED: which part of the unsynced writes reaches the disk.
 */
#include "sqlite3ext.h"
SQLITE_EXTENSION_INIT1
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SECTOR = 512 };

typedef struct Change {
	sqlite3_int64 offset;
	int length;            /* -1: a truncation to `offset` */
	unsigned char *now;
	unsigned char *before; /* as much of it as there was */
	int beforeLength;
	sqlite3_int64 sizeBefore;
	struct Change *older, *newer;
} Change;

typedef struct File {
	sqlite3_file base;
	sqlite3_file *real;
	Change *oldest, *newest;
	char *name;
	int everSynced;
	struct File *next;
} File;

static sqlite3_vfs *real, cutting;
static File *files;
static long done, cutAt;
static unsigned dice;

static unsigned roll(void) {
	dice ^= dice << 13;
	dice ^= dice >> 17;
	dice ^= dice << 5;
	return dice;
}

static void takeBack(File *f, Change *c) {
	if (c->length < 0) {
		/* The part that was cut off comes back. */
		if (c->beforeLength > 0) f->real->pMethods->xWrite(f->real, c->before, c->beforeLength, c->offset);
		return;
	}
	if (c->beforeLength > 0) f->real->pMethods->xWrite(f->real, c->before, c->beforeLength, c->offset);
	f->real->pMethods->xTruncate(f->real, c->sizeBefore);
}

static void putOn(File *f, Change *c, int torn) {
	if (c->length < 0) {
		f->real->pMethods->xTruncate(f->real, c->offset);
		return;
	}
	for (int at = 0; at < c->length; at += SECTOR) {
		int n = c->length - at < SECTOR ? c->length - at : SECTOR;
		if (!torn || (roll() & 1)) f->real->pMethods->xWrite(f->real, c->now + at, n, c->offset + at);
	}
}

static void pullThePlug(void) {
	for (File *f = files; f; f = f->next) {
		for (Change *c = f->newest; c; c = c->older) takeBack(f, c);
		/* A disk keeps all of its cache, none of it, or some; and of a file that was never synced perhaps not even the name. */
		unsigned mood = roll() % 4;
		if (!f->everSynced && f->name && mood == 0) {
			unlink(f->name);
			continue;
		}
		for (Change *c = f->oldest; c && mood != 1; c = c->newer)
			if (mood == 2 || (roll() & 1)) putOn(f, c, mood == 3 && (roll() % 4) == 0);
	}
	_exit(137);
}

static void tick(void) {
	if (cutAt && ++done >= cutAt) pullThePlug();
}

static void forget(File *f) {
	while (f->oldest) {
		Change *c = f->oldest;
		f->oldest = c->newer;
		free(c->now);
		free(c->before);
		free(c);
	}
	f->newest = 0;
}

static Change *note(File *f, sqlite3_int64 offset, int length, sqlite3_int64 upTo) {
	Change *c = calloc(1, sizeof *c);
	c->offset = offset;
	c->length = length;
	f->real->pMethods->xFileSize(f->real, &c->sizeBefore);
	if (upTo > c->sizeBefore) upTo = c->sizeBefore;
	if (upTo > offset) {
		c->beforeLength = (int)(upTo - offset);
		c->before = malloc(c->beforeLength);
		f->real->pMethods->xRead(f->real, c->before, c->beforeLength, offset);
	}
	c->older = f->newest;
	if (f->newest) f->newest->newer = c;
	else f->oldest = c;
	f->newest = c;
	return c;
}

static int fileWrite(sqlite3_file *p, const void *bytes, int n, sqlite3_int64 offset) {
	File *f = (File *)p;
	Change *c = note(f, offset, n, offset + n);
	c->now = malloc(n);
	memcpy(c->now, bytes, n);
	tick();
	return f->real->pMethods->xWrite(f->real, bytes, n, offset);
}

static int fileTruncate(sqlite3_file *p, sqlite3_int64 size) {
	File *f = (File *)p;
	note(f, size, -1, (sqlite3_int64)1 << 40);
	tick();
	return f->real->pMethods->xTruncate(f->real, size);
}

static int fileSync(sqlite3_file *p, int flags) {
	File *f = (File *)p;
	tick();
	int rc = f->real->pMethods->xSync(f->real, flags);
	if (rc == SQLITE_OK) {
		forget(f);
		f->everSynced = 1;
	}
	tick();
	return rc;
}

static int fileClose(sqlite3_file *p) {
	File *f = (File *)p;
	for (File **at = &files; *at; at = &(*at)->next)
		if (*at == f) {
			*at = f->next;
			break;
		}
	int rc = f->real->pMethods ? f->real->pMethods->xClose(f->real) : SQLITE_OK;
	forget(f);
	free(f->name);
	free(f->real);
	return rc;
}

#define THROUGH(name, params, args) static int name params { return ((File *)p)->real->pMethods->args; }
#define R ((File *)p)->real
THROUGH(fileRead, (sqlite3_file *p, void *z, int n, sqlite3_int64 o), xRead(R, z, n, o))
THROUGH(fileSize, (sqlite3_file *p, sqlite3_int64 *s), xFileSize(R, s))
THROUGH(fileLock, (sqlite3_file *p, int l), xLock(R, l))
THROUGH(fileUnlock, (sqlite3_file *p, int l), xUnlock(R, l))
THROUGH(fileReserved, (sqlite3_file *p, int *o), xCheckReservedLock(R, o))
THROUGH(fileControl, (sqlite3_file *p, int op, void *a), xFileControl(R, op, a))
THROUGH(fileSector, (sqlite3_file *p), xSectorSize(R))
THROUGH(fileTraits, (sqlite3_file *p), xDeviceCharacteristics(R))
THROUGH(shmMap, (sqlite3_file *p, int i, int s, int e, void volatile **o), xShmMap(R, i, s, e, o))
THROUGH(shmLock, (sqlite3_file *p, int o, int n, int f), xShmLock(R, o, n, f))
THROUGH(shmUnmap, (sqlite3_file *p, int d), xShmUnmap(R, d))
static void shmBarrier(sqlite3_file *p) { R->pMethods->xShmBarrier(R); }

static const sqlite3_io_methods methods = {
	2, fileClose, fileRead, fileWrite, fileTruncate, fileSync, fileSize, fileLock, fileUnlock, fileReserved, fileControl, fileSector, fileTraits,
	shmMap, shmLock, shmBarrier, shmUnmap, 0, 0,
};

static int openFile(sqlite3_vfs *vfs, const char *name, sqlite3_file *p, int flags, int *out) {
	(void)vfs;
	File *f = (File *)p;
	memset(f, 0, sizeof *f);
	f->real = calloc(1, real->szOsFile);
	int isNew = name && access(name, F_OK) != 0;
	int rc = real->xOpen(real, name, f->real, flags, out);
	if (rc != SQLITE_OK) {
		free(f->real);
		f->base.pMethods = 0;
		return rc;
	}
	f->base.pMethods = &methods;
	f->name = name ? strdup(name) : 0;
	f->everSynced = !isNew;
	f->next = files;
	files = f;
	return SQLITE_OK;
}

int sqlite3_powercut_init(sqlite3 *db, char **error, const sqlite3_api_routines *api) {
	(void)db;
	(void)error;
	SQLITE_EXTENSION_INIT2(api);
	const char *at = getenv("POWERCUT_AT"), *seed = getenv("POWERCUT_SEED");
	cutAt = at ? atol(at) : 0;
	dice = seed ? (unsigned)strtoul(seed, 0, 10) : 1;
	if (!dice) dice = 1;
	real = sqlite3_vfs_find(0);
	cutting = *real;
	cutting.zName = "powercut";
	cutting.szOsFile = sizeof(File);
	cutting.xOpen = openFile;
	cutting.pNext = 0;
	sqlite3_vfs_register(&cutting, 1);
	return SQLITE_OK_LOAD_PERMANENTLY;
}
