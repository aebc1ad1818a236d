namespace Notify.Core.Timing;

/// <summary>
/// Determines at which hours a recipient may be reached. The default is that of a direct address: any hour, UTC.
/// </summary>
/// <param name="QuietHours">The user's quiet hours; null for none.</param>
/// <param name="TimeZone">The IANA time zone of the target device, else of the user; null for UTC.</param>
internal readonly record struct RecipientClock(QuietHours? QuietHours, string? TimeZone)
{
    /// <summary>Creates the clock of a user, in the time zone of the device if the delivery goes to one.</summary>
    public static RecipientClock From(User? user, Device? device = null) =>
        new(user?.QuietHours, device?.TimeZone ?? user?.TimeZone);

    /// <summary>Moves a time within quiet hours to their end.</summary>
    /// <remarks>
    /// Quiet hours last from the instant at which the clock first shows their start until the instant at which it first shows
    /// their end, even on a day on which the clock changes between the two.
    /// </remarks>
    public DateTimeOffset LeaveQuietHours(DateTimeOffset time)
    {
        if (QuietHours is not { } quiet || quiet.From == quiet.To)
            return time;

        // The quiet hours that began the day before come first. Their end is within the next ones only if the clock changes, so
        // the loop continues with the moved time.
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
