/** The files of pushes as they were uploaded, in pieces that a backup reads in bounded memory. */
export const pushFiles = `
-- type: its media type. bytes, sha256: of the file as it came. packing: 'gzip', or 'none' where it came packed. parts: how many pieces are
-- kept; 0: it was too large to be kept.
CREATE TABLE push_file (
	push text COLLATE "C" PRIMARY KEY, at text NOT NULL, type text NOT NULL, bytes bigint NOT NULL, sha256 text NOT NULL,
	packing text NOT NULL, parts integer NOT NULL);
CREATE TABLE push_file_part (push text COLLATE "C" NOT NULL, n integer NOT NULL, base64 text NOT NULL, PRIMARY KEY (push, n));
`;
