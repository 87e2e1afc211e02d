/** A print job may open the cash drawer, once. */
export const drawer = `
ALTER TABLE print_job ADD COLUMN opens_drawer INTEGER NOT NULL DEFAULT 0;
`;
