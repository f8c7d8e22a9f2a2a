"""用地保障: parcels and for whom they are kept, the queue of those who need land, quotas; 征迁 in `clearance`."""
