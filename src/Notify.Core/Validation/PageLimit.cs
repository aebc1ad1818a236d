namespace Notify.Core.Validation;

/// <summary>The limit of a page, which is the same for all lists.</summary>
internal static class PageLimit
{
    public const int Max = 500;

    /// <summary>Adds an error if the limit of a page is out of range.</summary>
    public static void Check(List<FieldError> errors, PageRequest page)
    {
        if (page.Limit is < 1 or > Max)
            errors.Add(new FieldError("limit", FieldErrorCodes.OutOfRange, $"Use a number from 1 to {Max}."));
    }
}
