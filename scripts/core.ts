// What do all entry points share as one file? bundle.ts puts this before each of them, so that they have it in common.
// Without it there is a file for every set of entry points that share something, and each file costs an import 1 ms.
import "../src/auth/index.js";
import "../src/index.js";
