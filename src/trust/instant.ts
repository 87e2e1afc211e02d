import { z } from "zod";

/** A time in UTC. One schema for all statements: its pattern is large, and each schema compiles its own at its first use. */
export const instant = z.iso.datetime();
