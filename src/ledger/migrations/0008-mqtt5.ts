/**
 * Columns that MQTT 5 adds to the broker's memory. `props`: properties as they travel on the wire. `expires`: milliseconds since 1970 after
 * which the message is worth nothing; negative, what was left of it when the box did not know the date.
 */
export const mqtt5 = `
ALTER TABLE broker_queue ADD COLUMN props BLOB;
ALTER TABLE broker_queue ADD COLUMN expires INTEGER;
ALTER TABLE broker_retained ADD COLUMN props BLOB;
ALTER TABLE broker_retained ADD COLUMN expires INTEGER;
-- Subscription options as on the wire, and the subscription identifier.
ALTER TABLE broker_subscription ADD COLUMN options INTEGER;
ALTER TABLE broker_subscription ADD COLUMN ident INTEGER;
-- delay: seconds a will waits; NULL: of a client of MQTT 3.1.1. expiry: seconds the will's message counts. due: when it goes out, as
-- expires; NULL while its client is connected.
ALTER TABLE broker_will ADD COLUMN props BLOB;
ALTER TABLE broker_will ADD COLUMN delay INTEGER;
ALTER TABLE broker_will ADD COLUMN expiry INTEGER;
ALTER TABLE broker_will ADD COLUMN due INTEGER;
`;
