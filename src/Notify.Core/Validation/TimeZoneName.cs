namespace Notify.Core.Validation;

/// <summary>Validates the names of IANA time zones.</summary>
internal static class TimeZoneName
{
    /// <summary>Adds an error if a name is not that of an IANA time zone. Null is valid.</summary>
    public static void Check(List<FieldError> errors, string field, string? name)
    {
        if (name is not null && !IsKnown(name))
            errors.Add(
                new FieldError(field, FieldErrorCodes.Invalid, "Use the name of an IANA time zone, such as Europe/Stockholm.")
            );
    }

    // .NET also finds the ids of Windows, and any file below the folder of the zones. Other machines may not know them. UTC is an
    // id of both.
    private static bool IsKnown(string name) =>
        TimeZoneInfo.TryFindSystemTimeZoneById(name, out _)
        && (name == "UTC" || !TimeZoneInfo.TryConvertWindowsIdToIanaId(name, out _))
        && name is not ("localtime" or "posixrules")
        && !name.StartsWith("posix/", StringComparison.Ordinal)
        && !name.StartsWith("right/", StringComparison.Ordinal);
}
