// Express 4 under another name, for tests. Its types are near enough to those of 5.
declare module "express4" {
  import express from "express";
  export default express;
}
