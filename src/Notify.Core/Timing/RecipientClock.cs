namespace Notify.Core.Timing;

/// <summary>
/// What decides at which hours a recipient may be reached. The default is that of a direct address: any hour, UTC.
/// </summary>
/// <param name="QuietHours">The user's quiet hours; null for none.</param>
/// <param name="TimeZone">The IANA time zone of the device that is sent to, else of the user; null for UTC.</param>
internal readonly record struct RecipientClock(QuietHours? QuietHours, string? TimeZone)
{
    /// <summary>Creates the clock of a user, at a device when the delivery goes to one.</summary>
    public static RecipientClock From(User? user, Device? device = null) =>
        new(user?.QuietHours, device?.TimeZone ?? user?.TimeZone);

    /// <summary>Moves a time that lies in quiet hours to their end.</summary>
    /// <remarks>
    /// Quiet hours last from the instant at which the clock first shows their begin until the instant at which it first shows
    /// their end, also on a day on which the clock changes between the two.
    /// </remarks>
    public DateTimeOffset LeaveQuietHours(DateTimeOffset time)
    {
        if (QuietHours is not { } quiet || quiet.From == quiet.To)
            return time;

        // The quiet hours that began the day before come first: the end of one night is never within another, but for a change of
        // the clock.
        var day = LocalTime.FromUtc(time, TimeZone).Date;
        for (var offset = -1; offset <= 1; offset++)
        {
            var from = day.AddDays(offset) + quiet.From.ToTimeSpan();
            var to = day.AddDays(quiet.To > quiet.From ? offset : offset + 1) + quiet.To.ToTimeSpan();
            if (LocalTime.ToUtc(from, TimeZone) <= time && LocalTime.ToUtc(to, TimeZone) is var end && time < end)
                time = end;
        }

        return time;
    }
}
