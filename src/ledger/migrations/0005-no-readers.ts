/** Drops the positions of readers: work is a row of its own now, and how far HQ is stands in `head`. */
export const noReaders = "DROP TABLE position;";
