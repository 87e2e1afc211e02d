/**
 * The program of /usr/bin/gondola, installed as dist/gateway/gondola.js: it runs the build, or the sources where they were changed since.
 */
import { programOf } from "./built.ts";

await import(programOf("main").href);
