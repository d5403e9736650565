// Plain JavaScript, and nothing that is new: this runs on whatever Node there is, to say that it is too old.
const found = process.versions.node
if (Number(found.split('.')[0]) < 26) {
  console.error(
    `loyalty-live needs Node 26 or newer, this is ${found}: run it through npm (npm start), which brings its own Node,` +
      ' or install Node 26',
  )
  process.exit(1)
}
