namespace Notify.Hosting.Requests;

/// <summary>The errors in the fields of a request, by the paths of the fields.</summary>
internal sealed class FieldErrors
{
    /// <summary>
    /// The maximum number of fields with errors. It bounds the response, because a hostile body could have a hundred thousand.
    /// </summary>
    private const int Max = 1_000;

    private readonly Dictionary<string, List<string>> _messages = new(StringComparer.Ordinal);
    private readonly HashSet<string> _covered = new(StringComparer.Ordinal);

    public bool Any => _messages.Count > 0;

    public void Add(string field, string message)
    {
        if (!_messages.TryGetValue(field, out var messages))
        {
            if (_messages.Count == Max)
                return;
            _messages.Add(field, messages = []);
            Cover(field);
        }

        messages.Add(message);
    }

    /// <summary>Adds errors from validation. Errors that result from a field that already has an error are skipped.</summary>
    public void Add(IEnumerable<FieldError> found)
    {
        FieldError[] independent = [.. found.Where(error => !IsCovered(error.Field))];
        foreach (var error in independent)
            Add(error.Field == "tenant" ? RequestValues.TenantHeader : error.Field, error.Message);
    }

    /// <summary>Returns whether the field, a field within it or a field around it already has an error.</summary>
    private bool IsCovered(string field) => _covered.Contains(field) || GetAncestors(field).Any(_messages.ContainsKey);

    public Dictionary<string, string[]> ToDictionary() =>
        _messages.ToDictionary(error => error.Key, error => error.Value.ToArray());

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
