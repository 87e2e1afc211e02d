/** What a store's alarm says beside its subject, so that head office can say its sentence. */
export const alarmFacts = `
-- As JSON; null: the store's build does not send them.
ALTER TABLE store_alarm ADD COLUMN facts text;
`;
