using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Notify.Storage;

namespace Notify.Hosting.Tests;

/// <summary>Tests the gauge for the depth of the queue, which all exporters read.</summary>
public sealed class QueueDepthTests
{
    [Theory]
    [InlineData(false, false, 4 * 3)]
    [InlineData(true, false, 0)]
    [InlineData(false, true, 0)]
    public async Task The_queue_depth_is_measured_per_lane_and_omitted_while_the_store_is_unavailable(
        bool stuck,
        bool failing,
        int lanes
    )
    {
        var store = new CountingQueue { Stuck = stuck, Failure = failing ? new IOException("disk full") : null };
        await using var app = await ApiApplication.StartAsync(services: store.Watch);
        var queue = app.Services.GetRequiredService<IDeliveryQueue>();
        var measured = 0;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "notify.queue.depth" && ReferenceEquals(instrument.Meter.Scope, queue))
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, _, _, _) => measured++);
        listener.Start();

        listener.RecordObservableInstruments();

        Assert.Equal(lanes, measured);
    }
}
