using System.Diagnostics;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Models;
using BlazorTransfer.Training.Backbones;
using BlazorTransfer.Training.Foundation;
using TorchSharp;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Diagnostics;

/// <summary>Repeats a step and returns its images/s.</summary>
/// <param name="images">Images in a step.</param>
/// <param name="device">The device that the step computes on.</param>
/// <param name="step">The step.</param>
internal delegate double StepMeter(int images, Device device, Action step);

/// <summary>Measures a network on this machine, on ready tensors: what reading images costs depends on the images.</summary>
public static class SpeedMeter
{
    private static readonly TimeSpan LeastTime = TimeSpan.FromSeconds(1.5);

    /// <param name="name">A backbone's name.</param>
    /// <param name="deviceName"><c>auto</c>, <c>cpu</c> or <c>cuda:N</c>.</param>
    /// <param name="batchSize">Images at once.</param>
    public static BackboneSpeed Measure(string name, string deviceName, int batchSize)
    {
        (Device device, DeviceSpec spec) = Devices.Resolve(deviceName);
        using Backbone backbone = BackboneRegistry.Create(name, classes: 10);
        backbone.to(device);
        int side = backbone.Spec.Preprocessing.CropSize;
        using Tensor images = rand(batchSize, 3, side, side, device: device),
            labels = randint(0, 10, [batchSize], dtype: ScalarType.Int64, device: device);

        backbone.eval();
        double features = Rate(
            batchSize,
            device,
            () =>
            {
                using var gradients = no_grad();
                backbone.ForwardFeatures(images);
            }
        );

        backbone.train();
        using optim.Optimizer optimizer = optim.SGD(backbone.parameters(), 1e-4, momentum: 0.9);
        double training = Rate(
            batchSize,
            device,
            () =>
            {
                optimizer.zero_grad();
                nn.functional.cross_entropy(backbone.call(images), labels).backward();
                optimizer.step();
            }
        );
        return new BackboneSpeed(name, spec.Description, features, training, batchSize);
    }

    /// <summary>
    /// Images/s of the repetition that is faster than three quarters of the others: what the network can do here, with little of what
    /// else the machine does. The first is not counted, since it allocates.
    /// </summary>
    internal static double Rate(int images, Device device, Action step)
    {
        var seconds = new List<double>();
        var clock = Stopwatch.StartNew();
        do
        {
            long start = Stopwatch.GetTimestamp();
            using (NewDisposeScope())
                step();
            // A GPU only queues the work.
            if (device.type == DeviceType.CUDA)
                cuda.synchronize(device);
            seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
            if (seconds.Count == 1)
                clock.Restart();
        } while (seconds.Count < 4 || clock.Elapsed < LeastTime);

        double[] counted = [.. seconds.Skip(1).Order()];
        return images / counted[counted.Length / 4];
    }
}
