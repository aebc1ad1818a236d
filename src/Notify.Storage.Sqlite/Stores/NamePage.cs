namespace Notify.Storage.Sqlite.Stores;

/// <summary>A page of a list: up to <paramref name="Limit"/> names with a prefix that come after one name.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Prefix">The prefix of the names; empty for all.</param>
/// <param name="After">The last name of the previous page; empty for the first page.</param>
/// <param name="Limit">The maximum number of names.</param>
internal readonly record struct NamePage(string Tenant, string Prefix, string After, int Limit);
