/** In which order receipts went to paper: a copy of an old one comes after newer ones. */
export const printStarts = `
ALTER TABLE print_job ADD COLUMN started INTEGER;
UPDATE print_job SET started = n WHERE state <> 'queued';
`;
