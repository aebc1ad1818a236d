using System.Globalization;
using System.Text;
using Notify.Providers;

namespace Notify.Load.Hosts;

/// <summary>An event in a vendor's record.</summary>
internal enum VendorAct
{
    /// <summary>The vendor was called.</summary>
    Began,

    /// <summary>The vendor accepted the message. This is written before the call is answered.</summary>
    Accepted,
}

/// <summary>A line of a vendor's record.</summary>
internal readonly record struct VendorEntry(VendorAct Act, RecordedCall Call)
{
    public Guid NotificationId => Call.NotificationId;
}

/// <summary>A call to a vendor. All lines of one call have the same values.</summary>
internal readonly record struct RecordedCall(Guid NotificationId, Guid DeliveryId, DateTimeOffset BeganAt);

/// <summary>
/// The vendor's record, which is independent of Notify's database. It is an append-only file. Each line is a single write call,
/// so a killed process leaves at most its last line incomplete.
/// </summary>
internal sealed class VendorRecord(string file) : IDisposable
{
    private const string Acts = "BA";
    private const int LineLength = 88;

    private readonly FileStream _file = new(file, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
    private readonly Lock _lock = new();

    public RecordedCall Begin(Delivery delivery)
    {
        var call = new RecordedCall(delivery.NotificationId, delivery.Id, DateTimeOffset.UtcNow);
        Write(VendorAct.Began, call);
        return call;
    }

    public void Accept(RecordedCall call) => Write(VendorAct.Accepted, call);

    public void Dispose() => _file.Dispose();

    /// <summary>Reads a record. Incomplete lines are ignored: their writer was killed before it answered the call.</summary>
    public static IEnumerable<VendorEntry> Read(string file) =>
        File.Exists(file) ? File.ReadLines(file).Where(line => line.Length == LineLength - 1).Select(Parse) : [];

    private void Write(VendorAct act, RecordedCall call)
    {
        var line = Encoding.ASCII.GetBytes(
            $"{Acts[(int)act]} {call.NotificationId:N} {call.DeliveryId:N} {call.BeganAt.UtcTicks:D19}\n"
        );
        lock (_lock)
            _file.Write(line);
    }

    private static VendorEntry Parse(string line) =>
        new(
            (VendorAct)Acts.IndexOf(line[0], StringComparison.Ordinal),
            new RecordedCall(
                Guid.ParseExact(line.AsSpan(2, 32), "N"),
                Guid.ParseExact(line.AsSpan(35, 32), "N"),
                new DateTimeOffset(long.Parse(line.AsSpan(68, 19), CultureInfo.InvariantCulture), TimeSpan.Zero)
            )
        );
}
