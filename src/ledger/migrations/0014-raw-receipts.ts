/** Bytes that a till sent to the printer's own port, in the printer's commands (../../../drivers/printer/raw/stored.ts). */
export const rawReceipts = `
ALTER TABLE print_job ADD COLUMN raw BLOB;
`;
