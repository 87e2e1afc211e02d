/** Readers keep no position here any more: what is to be done is a row, and what HQ has is said by `head`. */
export const noReaders = "DROP TABLE position;";
