/** The printer that a job was asked for, which it keeps when a person moves it to another one. */
export const askedPrinter = `
ALTER TABLE print_job ADD COLUMN asked_printer TEXT;
`;
