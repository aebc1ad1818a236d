using System.Buffers.Binary;
using Notify.Storage;

namespace Notify.Providers.Webhook;

/// <summary>The version of an endpoint's secret that is in use, and the times at which earlier versions were replaced.</summary>
/// <param name="Current">The version that is in use; the first is 1.</param>
/// <param name="ReplacedAt">When the versions before it were replaced, the newest first. Those long ago are left out.</param>
internal sealed record EndpointVersions(int Current, IReadOnlyList<DateTimeOffset> ReplacedAt)
{
    /// <summary>
    /// The number of replaced versions that still sign, for receivers that have not followed several rotations. More signatures
    /// would make the header too long.
    /// </summary>
    private const int MaxReplaced = 3;

    public static EndpointVersions First { get; } = new(1, []);

    /// <summary>Gets when the current version came into use; null for the first.</summary>
    public DateTimeOffset? RotatedAt => ReplacedAt.Count > 0 ? ReplacedAt[0] : null;

    /// <summary>Lists the versions that messages are signed with, the current one first.</summary>
    public IEnumerable<int> ListValid(DateTimeOffset now, TimeSpan overlap) =>
        ReplacedAt.TakeWhile(replaced => now < replaced + overlap).Select((_, i) => Current - 1 - i).Prepend(Current);

    /// <summary>
    /// Computes the versions after a rotation. Times only go forward, whichever process rotates: the store keeps the later one.
    /// </summary>
    public EndpointVersions Rotate(DateTimeOffset now)
    {
        var at = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMillisecond));
        if (at <= RotatedAt)
            at = RotatedAt.Value.AddMilliseconds(1);
        return new EndpointVersions(Current + 1, [.. ReplacedAt.Take(MaxReplaced - 1).Prepend(at)]);
    }

    /// <summary>Reads what the store keeps: the version, and the times of the replacements before the last one.</summary>
    public static EndpointVersions Parse(SharedToken? kept)
    {
        if (kept is null)
            return First;

        var value = kept.Value.Span;
        var replaced = new List<DateTimeOffset> { kept.IssuedAt };
        for (var at = sizeof(int); at < value.Length; at += sizeof(long))
            replaced.Add(DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64BigEndian(value[at..])));
        return new EndpointVersions(BinaryPrimitives.ReadInt32BigEndian(value), replaced);
    }

    /// <summary>Creates what the store keeps after a rotation. It holds no secret.</summary>
    public SharedToken ToToken()
    {
        var earlier = ReplacedAt.Skip(1).ToArray();
        var value = new byte[sizeof(int) + earlier.Length * sizeof(long)];
        BinaryPrimitives.WriteInt32BigEndian(value, Current);
        for (var i = 0; i < earlier.Length; i++)
        {
            var place = value.AsSpan(sizeof(int) + i * sizeof(long));
            BinaryPrimitives.WriteInt64BigEndian(place, earlier[i].ToUnixTimeMilliseconds());
        }

        return new SharedToken(value, ReplacedAt[0]);
    }
}
