using System.Diagnostics.Metrics;
using System.Text.Json.Serialization;

namespace Notify.Load.Hosts;

/// <summary>Counts this process's round trips to PostgreSQL and their bytes, by Npgsql's own metrics.</summary>
internal sealed class DatabaseCounters : IDisposable
{
    /// <summary>The path at which a host answers with its counts.</summary>
    public const string Path = "/database-counters";

    private readonly MeterListener _listener = new();
    private long _roundTrips;
    private long _read;
    private long _written;

    public DatabaseCounters()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "Npgsql")
                listener.EnableMeasurementEvents(instrument);
        };
        // A batch is one operation, whatever it consists of.
        _listener.SetMeasurementEventCallback<double>(
            (instrument, _, _, _) =>
            {
                if (instrument.Name == "db.client.operation.duration")
                    Interlocked.Increment(ref _roundTrips);
            }
        );
        _listener.SetMeasurementEventCallback<long>(
            (instrument, count, _, _) =>
            {
                if (instrument.Name == "db.client.operation.npgsql.bytes_read")
                    Interlocked.Add(ref _read, count);
                else if (instrument.Name == "db.client.operation.npgsql.bytes_written")
                    Interlocked.Add(ref _written, count);
            }
        );
        _listener.Start();
    }

    public DatabaseCounts Read() =>
        new(Interlocked.Read(ref _roundTrips), Interlocked.Read(ref _read) + Interlocked.Read(ref _written));

    public void Dispose() => _listener.Dispose();
}

/// <summary>The round trips of a process to its database, and the bytes in both directions.</summary>
internal sealed record DatabaseCounts(long RoundTrips, long Bytes);

[JsonSerializable(typeof(DatabaseCounts))]
internal sealed partial class DatabaseCountsJson : JsonSerializerContext;
