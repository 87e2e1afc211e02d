/** What /usr/bin/gondola runs, as dist/gateway/gondola.js: the build, or the sources when somebody changed them since. */
import { programOf } from "./built.ts";

await import(programOf("main").href);
