/** News for the other end of a transfer: head office may stop between taking a store's fact and telling the other store. */
export const transfersToTell = `
-- telling: types of facts, such as transfer.sent.
ALTER TABLE transfer ADD COLUMN telling text[] NOT NULL DEFAULT '{}';
-- Which of these were told is not known; a store that hears it a second time changes nothing.
UPDATE transfer SET telling = '{transfer.sent}' WHERE state = 'sent';
CREATE INDEX transfer_telling ON transfer (id) WHERE telling <> '{}';
`;
