namespace Notify.Load.Wire;

/// <summary>A message as it came over a connection.</summary>
/// <param name="Announcement">MAIL, RCPT and DATA.</param>
/// <param name="Content">The message and its end.</param>
internal readonly record struct RecordedEmail(ReadOnlyMemory<byte> Announcement, ReadOnlyMemory<byte> Content)
{
    public RecordedEmail Copy() => new(Announcement.ToArray(), Content.ToArray());
}
