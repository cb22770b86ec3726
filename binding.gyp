{
  # CMakeLists.txt is the one build definition: this only hands over to it, so that node-gyp, prebuildify and
  # node-gyp-build's fallback work.
  "targets": [
    {
      "target_name": "silverpoint",
      "type": "none",
      "actions": [
        {
          "action_name": "cmake",
          "inputs": ["CMakeLists.txt"],
          "outputs": ["build/Release/silverpoint.node"],
          "action": ["node", "scripts/compile-addon.mjs"]
        }
      ]
    }
  ]
}
