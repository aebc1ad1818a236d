namespace Notify.Hosting.Requests;

/// <summary>The errors in the fields of a request.</summary>
internal sealed class FieldErrors
{
    /// <summary>
    /// The maximum number of errors. It bounds the response, because a hostile body could have a hundred thousand.
    /// </summary>
    private const int Max = 1_000;

    private readonly List<FieldError> _all = [];
    private readonly HashSet<string> _fields = new(StringComparer.Ordinal);
    private readonly HashSet<string> _covered = new(StringComparer.Ordinal);

    public bool Any => _all.Count > 0;

    public IReadOnlyList<FieldError> All => _all;

    public void Add(string field, string code, string message)
    {
        if (_all.Count == Max)
            return;

        _all.Add(new FieldError(field, code, message));
        if (_fields.Add(field))
            Cover(field);
    }

    /// <summary>Adds errors from validation. Errors that result from a field that already has an error are skipped.</summary>
    public void Add(IEnumerable<FieldError> found)
    {
        FieldError[] independent = [.. found.Where(error => !IsCovered(error.Field))];
        foreach (var error in independent)
            Add(error.Field == "tenant" ? RequestValues.TenantHeader : error.Field, error.Code, error.Message);
    }

    /// <summary>Returns whether the field, a field within it or a field around it already has an error.</summary>
    private bool IsCovered(string field) => _covered.Contains(field) || GetAncestors(field).Any(_fields.Contains);

    private void Cover(string field)
    {
        _covered.Add(field);
        _covered.UnionWith(GetAncestors(field));
    }

    private static IEnumerable<string> GetAncestors(string field)
    {
        for (var end = field.LastIndexOfAny(['.', '[']); end > 0; end = field.LastIndexOfAny(['.', '['], end - 1))
            yield return field[..end];
    }
}
