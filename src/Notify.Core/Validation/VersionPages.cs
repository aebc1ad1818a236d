using System.Globalization;

namespace Notify.Core.Validation;

/// <summary>Pages of lists of versions, which begin with the newest.</summary>
internal static class VersionPages
{
    /// <summary>Reads the version after which a page begins; null for the first page.</summary>
    /// <exception cref="InvalidRequestException">The page is invalid.</exception>
    public static int? ReadAfter(PageRequest page)
    {
        if (page.After.Length == 0)
            return null;
        if (int.TryParse(page.After, NumberStyles.None, CultureInfo.InvariantCulture, out var version) && version > 0)
            return version;

        throw new InvalidRequestException([
            new FieldError("after", FieldErrorCodes.Invalid, "Use the path in next of the page before."),
        ]);
    }
}
