namespace Notify.Load.Wire;

/// <summary>A message as it was received over a connection.</summary>
/// <param name="Announcement">The commands MAIL, RCPT and DATA.</param>
/// <param name="Content">The message, including the line that ends it.</param>
internal readonly record struct RecordedEmail(ReadOnlyMemory<byte> Announcement, ReadOnlyMemory<byte> Content)
{
    public RecordedEmail Copy() => new(Announcement.ToArray(), Content.ToArray());
}
