/** An approver's signature of a change of who is a store's box. */
export const places = `
-- Act and assertion as JSON (src/trust/approvers.ts): of the last change, and of the one that a code which was not used yet will make.
ALTER TABLE store ADD COLUMN place_approval text;
ALTER TABLE enrolment ADD COLUMN approval text;
ALTER TABLE restore_release ADD COLUMN approval text;
-- The key of the box whose facts these are; null: it has none, or they came before.
ALTER TABLE quarantine_epoch ADD COLUMN kid text;
`;
