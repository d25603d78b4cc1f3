#include "worker/build/steps/tree_conversion.h"

namespace miv::worker {

neuroh5::Tree TreeOf(const build::Morphology& morphology) {
  const build::PointTree& points = morphology.points;
  neuroh5::Tree tree;
  tree.x = points.x;
  tree.y = points.y;
  tree.z = points.z;
  tree.radius = points.radius;
  tree.layer = points.layer;
  tree.swc_type = points.swc_type;
  tree.parent = points.parent;
  for (std::size_t s = 0; s < morphology.section_count(); ++s) {
    const auto section = morphology.section(s);
    tree.sections.emplace_back(section.begin(), section.end());
  }
  tree.src = morphology.source;
  tree.dst = morphology.destination;
  return tree;
}

build::Morphology MorphologyOf(const neuroh5::Tree& tree) {
  build::Morphology morphology;
  morphology.points = {tree.x,     tree.y,        tree.z,     tree.radius,
                       tree.layer, tree.swc_type, tree.parent};
  for (const auto& section : tree.sections) {
    morphology.section_points.insert(morphology.section_points.end(),
                                     section.begin(), section.end());
    morphology.section_begin.push_back(morphology.section_points.size());
  }
  morphology.source = tree.src;
  morphology.destination = tree.dst;
  return morphology;
}

}  // namespace miv::worker
