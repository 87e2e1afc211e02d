/** The keys by which stores check member codes; head office keeps the private halves in its key folder. */
export const members = `
CREATE TABLE member_key (kid text COLLATE "C" PRIMARY KEY, public text NOT NULL, since text NOT NULL);
`;
