/** Orders that nobody accepted go to another store. */
export const reroute = `
-- tried: stores that had the order before. reroute: false once no other store could take it.
ALTER TABLE store_order ADD COLUMN tried text[];
ALTER TABLE store_order ADD COLUMN reroute boolean;
CREATE INDEX store_order_expired ON store_order (id) WHERE state = 'expired' AND over AND reroute IS NOT FALSE;
`;
