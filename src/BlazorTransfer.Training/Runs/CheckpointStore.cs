using BlazorTransfer.Core.Models;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Training.Backbones;
using BlazorTransfer.Training.Models;
using BlazorTransfer.Training.Weights;

namespace BlazorTransfer.Training.Runs;

/// <summary>
/// The weights that a run keeps. Each file appears whole or not at all; the description is renamed into place after the
/// weights, so that a kill between the two leaves the description of the checkpoint before.
/// </summary>
public sealed class CheckpointStore(RunFolder folder)
{
    public void SaveBest(TransferModel model, ModelDescription description)
    {
        Safetensors.Write(folder.BestCheckpoint, model.Snapshot(), new Dictionary<string, string> { ["format"] = "pt" });
        description.Save(ModelDescription.PathBeside(folder.BestCheckpoint));
    }

    public void SaveEmbedding(JointEmbedding embedding) => embedding.Save(folder.Embedding);

    public void SaveWeights(InstanceWeights weights) => weights.Save(folder.InstanceWeights);

    /// <summary>Puts the best weights back into the model.</summary>
    public ModelDescription LoadBest(TransferModel model)
    {
        WeightsLoader.Load(model.Backbone, WeightsFile.Open(folder.BestCheckpoint));
        return ModelDescription.Load(ModelDescription.PathBeside(folder.BestCheckpoint));
    }
}
