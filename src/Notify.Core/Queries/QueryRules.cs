using Notify.Core.Validation;
using Notify.Storage;

namespace Notify.Core.Queries;

/// <summary>Validates queries, so that every store answers the same and no query is unbounded.</summary>
internal static class QueryRules
{
    internal const int MaxIds = 1_000;

    private static readonly TimeSpan DefaultSpan = TimeSpan.FromHours(1);
    private static readonly TimeSpan MaxSpan = TimeSpan.FromDays(7);

    /// <summary>Validates a page of a list that is ordered by IDs.</summary>
    /// <returns>The last ID of the previous page; null for the first page.</returns>
    public static Guid? CheckPage(List<FieldError> errors, PageRequest page)
    {
        CheckRest(errors, page);
        if (page.After.Length == 0)
            return null;

        if (Guid.TryParse(page.After, out var after))
            return after;

        errors.Add(
            new FieldError(
                "after",
                FieldErrorCodes.Invalid,
                "Use an id that Notify issued, such as 0197a5c1-0c0e-7a53-9a3b-5d2f1c6e8b04."
            )
        );
        return null;
    }

    /// <summary>Validates a page of dead letters.</summary>
    /// <returns>The last dead letter of the previous page; null for the first page.</returns>
    public static DeadLetterPosition? CheckDeadLetterPage(List<FieldError> errors, PageRequest page)
    {
        CheckRest(errors, page);
        if (page.After.Length == 0)
            return null;

        if (TimeCursor.TryRead(page.After, out var endedAt, out var id))
            return new DeadLetterPosition(endedAt, id);

        // An ID is the cursor of earlier versions.
        errors.Add(
            new FieldError(
                "after",
                FieldErrorCodes.Invalid,
                Guid.TryParse(page.After, out _)
                    ? "Dead letters are listed by the time at which they ended, not by ID. Omit after to begin with the newest."
                    : "Use next of the page before, or omit after to begin with the newest."
            )
        );
        return null;
    }

    public static void Check(List<FieldError> errors, NotificationQuery query)
    {
        Names.Check(errors, "tenant", query.Tenant);
        CheckName(errors, "reference", query.Reference);
        CheckName(errors, "tag", query.Tag);
        CheckName(errors, "user", query.UserId);
        CheckAddress(errors, query.Address);
        CheckText(errors, "template", query.Template);
        CheckText(errors, "category", query.Category);
        CheckTimes(errors, query.From, query.To);
        if (query.Channel is { } channel && channel == default)
            errors.Add(
                new FieldError(
                    "channel",
                    FieldErrorCodes.Invalid,
                    "Use the name of a channel, such as push, sms, email or webhook: lower-case letters, digits and hyphens."
                )
            );
        if (query.Priority is { } priority && !Enum.IsDefined(priority))
            errors.Add(new FieldError("priority", FieldErrorCodes.Invalid, "Use one of high, normal, bulk."));
        if (query.Status is { } status && (!Enum.IsDefined(status) || status == NotificationStatus.Unknown))
            errors.Add(
                new FieldError(
                    "status",
                    FieldErrorCodes.Invalid,
                    "Use one of scheduled, inProgress, completed, failed, cancelled, nothingToSend."
                )
            );
    }

    public static void Check(List<FieldError> errors, DeadLetterFilter filter)
    {
        Names.Check(errors, "tenant", filter.Tenant);
        if (filter.Ids is { Count: 0 or > MaxIds })
            errors.Add(
                new FieldError(
                    "ids",
                    filter.Ids.Count == 0 ? FieldErrorCodes.Required : FieldErrorCodes.TooMany,
                    $"Must contain 1 to {MaxIds} delivery ids."
                )
            );
        CheckCriterion(errors, "provider", filter.Provider);
        CheckCriterion(errors, "reason", filter.Reason);
        CheckTimes(errors, filter.From, filter.To);
    }

    /// <summary>Validates a replay, which must name the dead letters to replay or explicitly replay all of them.</summary>
    public static void Check(List<FieldError> errors, DeadLetterReplay replay, DateTimeOffset now, TimeSpan longestExpiry)
    {
        Check(errors, replay.Filter);
        if (replay.ExpiresAt <= now)
            errors.Add(new FieldError("expiresAt", FieldErrorCodes.OutOfRange, "Must be in the future."));
        else if (replay.ExpiresAt > now + longestExpiry)
            errors.Add(
                new FieldError(
                    "expiresAt",
                    FieldErrorCodes.OutOfRange,
                    $"Must be at most {longestExpiry.TotalDays:0} days in the future."
                )
            );

        var hasCriteria = replay.Filter is not { Ids: null, Provider: null, Reason: null, From: null, To: null };
        if (errors.Count == 0 && replay.All == hasCriteria)
        {
            errors.Add(
                new FieldError(
                    "all",
                    FieldErrorCodes.Required,
                    "Set ids, provider, reason, from or to. To replay every dead letter, set only \"all\": true."
                )
            );
        }
    }

    /// <summary>Validates a query for counts.</summary>
    /// <returns>The period, with the defaults applied.</returns>
    public static (DateTimeOffset From, DateTimeOffset To) Check(
        List<FieldError> errors,
        DeliveryCountQuery query,
        DateTimeOffset now
    )
    {
        Names.Check(errors, "tenant", query.Tenant);
        var end = query.To ?? now;
        var begin = query.From ?? (end - DateTimeOffset.MinValue > DefaultSpan ? end - DefaultSpan : DateTimeOffset.MinValue);
        if (begin >= end || end - begin > MaxSpan)
            errors.Add(
                new FieldError("from", FieldErrorCodes.OutOfRange, $"Must be before to, by at most {MaxSpan.TotalDays:0} days.")
            );
        return (begin, end);
    }

    private static void CheckRest(List<FieldError> errors, PageRequest page)
    {
        PageLimit.Check(errors, page);
        if (page.Prefix.Length > 0)
            errors.Add(new FieldError("prefix", FieldErrorCodes.Unused, "This list is not ordered by name. Omit the prefix."));
    }

    // An empty period is a mistake. It would find nothing, and a replay would seem to succeed.
    private static void CheckTimes(List<FieldError> errors, DateTimeOffset? from, DateTimeOffset? to)
    {
        if (from >= to)
            errors.Add(new FieldError("from", FieldErrorCodes.OutOfRange, "from must be before to."));
    }

    private static void CheckName(List<FieldError> errors, string field, string? name)
    {
        if (name is not null && Names.FindError(field, name) is { } error)
            errors.Add(error);
        else
            CheckText(errors, field, name);
    }

    // Every reason contains the empty text, so an empty criterion would match every dead letter.
    private static void CheckCriterion(List<FieldError> errors, string field, string? text)
    {
        if (text is "")
            errors.Add(new FieldError(field, FieldErrorCodes.Required, "Must not be empty. Omit the field instead."));
        CheckText(errors, field, text);
    }

    private static void CheckAddress(List<FieldError> errors, string? address)
    {
        if (address?.Length > AddressFormat.MaxLength)
            errors.Add(
                new FieldError(
                    "address",
                    FieldErrorCodes.TooLong,
                    $"The address is longer than {AddressFormat.MaxLength} characters."
                )
            );
        else
            CheckCriterion(errors, "address", address);
    }

    // PostgreSQL cannot store these texts, and would fail where the other stores find nothing.
    public static void CheckText(List<FieldError> errors, string field, string? text)
    {
        if (text is null)
            return;

        if (text.Contains('\0', StringComparison.Ordinal))
            errors.Add(new FieldError(field, FieldErrorCodes.InvalidText, "The text contains a NUL character."));
        else if (UnpairedSurrogate.IsIn(text))
            errors.Add(new FieldError(field, FieldErrorCodes.InvalidText, UnpairedSurrogate.Message));
    }
}
