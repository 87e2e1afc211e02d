/** Members of a store's alarm beside its subject, so that head office can say its sentence. */
export const alarmFacts = `
-- As JSON; null: the store's build does not send them.
ALTER TABLE store_alarm ADD COLUMN facts text;
`;
